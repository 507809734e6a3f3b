"""Grammar rules to AST nodes, without recursion: depth is a user's mistake, not a crash.

Each method is named after its rule. It gets the rule's span and its children: nodes,
lexemes, and None for what was left out. Each builder adds rules to those of the one before:
nodes, literals, types, calls, expressions, blocks, steps, declarations.
"""
