"""One figure laid out: of a layer, chain, network, product or field of a cell; what finds room, what is said of it."""
