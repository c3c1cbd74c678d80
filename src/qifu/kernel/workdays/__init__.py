"""The calendar in force: the published notices that ship with Qifu, and those entered since by an administrator."""
