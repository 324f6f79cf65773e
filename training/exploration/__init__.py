"""What there is to see in the data and in the runs: charts, samples, curves, a workbook."""
