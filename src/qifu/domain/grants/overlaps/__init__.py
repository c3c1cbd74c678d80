"""What may be asked for twice: looked for among all applications, shown beside each in review, judged by a person with a reason.

What an application tells of its project is read from the scheme's questions by their labels: 项目名称 (title), 内容 or 用途 (text),
发票 (numbers), 身份证 (people, kept as digests only), 法定代表人.
"""
