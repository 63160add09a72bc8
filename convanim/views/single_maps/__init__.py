"""One map in and one map out: slanted or flat grids, and how their windows are read, gathering or scattering."""
