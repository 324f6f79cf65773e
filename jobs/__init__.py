"""What runs beside the package, from a checkout: schedules of batch analysis, the SBOM."""
