"""Maps of three axes: stacks of slices, through which a window goes that is a box."""
