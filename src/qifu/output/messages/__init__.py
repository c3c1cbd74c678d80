"""Messages to people: SMS, mail and in-app, by one contract; one folder a vendor.

A room posts a message with `qifu.kernel.outbox.tell`; here it is put into words, addressed at the last moment, and
handed to the vendor that the settings name.
"""
