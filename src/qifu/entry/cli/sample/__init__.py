"""The sample district 江泽区: units, people, buildings, enterprises and two years of appeals, all invented.

Pure data from one seed, without a database and without a clock; a loader plays it through the real flow.

    from qifu.entry.cli.sample.district import units
    from qifu.entry.cli.sample.cast import contacts, staff
    from qifu.entry.cli.sample.buildings import buildings, directory
    from qifu.entry.cli.sample.enterprises import enterprises
    from qifu.entry.cli.sample.appeals import stories, story_columns
    from qifu.entry.cli.sample.lists import write_lists
"""
