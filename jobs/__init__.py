"""Schedules and runbooks for batch analysis; empty of code until there is a job to run."""
