"""The words of this server: sentences that code chooses, and how times read. Whole sentences, so that catalogues fit.

Sentences that stand on one page only are marked in its template with `_()`; both are read by Babel's extractor.
"""
