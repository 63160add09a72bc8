"""Operations that are no sliding kernel, as frameworks write them: a module each, and their registry."""
