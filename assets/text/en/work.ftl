# My work

work-title = My work
work-tabs = Scope
work-mine = To do
work-done = Done
work-weekday = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
work-sum-late = overdue
work-sum-week = due within 7 days
work-sum-others = waiting for others
work-sum-signals = unexplained signals
work-group-approve = To approve
work-group-review = To review
work-group-returned = Returned to me
work-group-signals = Signals to explain
work-group-actions = Actions to carry out
work-group-watched-signals = Signals of all centres
work-group-late-actions = Overdue actions of all centres
work-group-records = Records to complete
work-group-drafts = My document drafts
work-oldest = { $days ->
    [one] the oldest has waited { $days } day
   *[other] the oldest has waited { $days } days
}
work-begun = { $days ->
    [one] the oldest begun { $days } day ago
   *[other] the oldest begun { $days } days ago
}
work-late = { $days ->
    [one] { $days } day overdue
   *[other] { $days } days overdue
}
work-left = { $days ->
    [one] { $days } day left
   *[other] { $days } days left
}
work-today = due today
work-verb-approve = Approve
work-verb-review = Review
work-verb-revise = Revise
work-verb-go-on = Continue
work-verb-explain = Explain
work-verb-look = Look at
work-verb-do = Carry out
work-verb-fill-in = Complete
work-rule-range = { $centre }, { $period }: outside the allowed range
work-rule-beyond = { $centre }, { $period }: beyond the control limits
work-rule-run = { $centre }, { $period }: nine points in a row on one side of the centre line
work-signal-note = Give the reason, or open a PDCA cycle
work-nothing = Nothing waits for you
work-nothing-text = What you are asked to approve, review, explain or carry out appears here, and so do your own drafts.
work-fill-in = Fill in a record
work-nothing-done = Nothing done yet
work-nothing-done-text = Everything you did is listed here, with its date and object.
work-events = Latest events
work-ledger = Open the ledger
