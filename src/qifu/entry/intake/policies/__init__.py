"""Policies as other offices publish them: pages are fetched politely, read, and what their texts say of themselves is picked out.

fetching.py asks one address safely · robots.py what a site lets robots read · lists.py where a source's pages stand · pages.py the text
of a page · extract.py and gifts.py what a text says of itself · collecting.py one round of a source. Writes are the actions of
`qifu.domain.policies.collection`.
"""
