"""Train fervid's classifiers: from the FER2013 archive to weights and a model card."""
