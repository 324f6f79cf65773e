"""The networks, built in Keras 3."""
