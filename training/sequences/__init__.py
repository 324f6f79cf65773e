"""Made-up sequences of expressions, to compare ways of smoothing on."""
