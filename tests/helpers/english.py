"""What speaks a language, in English."""

from functools import partial

from convanim.explain import figure_text
from convanim.figures import alt_text as alternative
from convanim.words import captions, costs, equations, formulas, layer_names
from convanim.words.language import english
from convanim.words.spelling import Spelling

WORDS = english()
explained = partial(figure_text.explained, words=WORDS)
explained_against = partial(figure_text.explained_against, words=WORDS)
alt_text = partial(alternative.alt_text, words=WORDS)
caption_lines = partial(captions.caption_lines, words=WORDS)
parameters = partial(layer_names.parameters, words=WORDS)
stage_parameters = partial(layer_names.stage_parameters, words=WORDS)
brief = partial(layer_names.brief, words=WORDS)
size_formulas = partial(formulas.size_formulas, words=WORDS)
spelled_cost = partial(costs.spelled_cost, words=WORDS)
SPELLING = Spelling(WORDS)
sum_terms = partial(equations.sum_terms, read=SPELLING)
max_terms = partial(equations.max_terms, read=SPELLING)
mean_terms = partial(equations.mean_terms, read=SPELLING)
stamp_terms = partial(equations.stamp_terms, read=SPELLING)
