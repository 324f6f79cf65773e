"""Write a result as other tools write theirs."""
