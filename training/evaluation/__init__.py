"""Measure classifiers: on FER2013's validation or test rows, other data sets, and photographs."""
