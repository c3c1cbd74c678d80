"""Official codes: who a firm is, what it does, where it is and how large it is.

One module a code, each read by name; a table is read from its file once, on first use:

    from qifu.engines.codes import credit, divisions, identity, industries
    from qifu.engines.codes import legal_forms, phones, scale, sizes

    credit.problem("91420106…")              # None, or a sentence that says what is wrong
    industries.industry("I6513").name        # 应用软件开发
    divisions.full_name("420106")            # 湖北省武汉市武昌区
    sizes.size_class("6513", 35, 800, None)  # small, and the threshold that decided

Sources and worked examples: docs/rules/codes.md.
"""
