"""Train the network that screens pictures for MTCNN's proposal network."""
