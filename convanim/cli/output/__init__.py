"""Where results go: files, standard output, notes; one figure or several on all cores."""
