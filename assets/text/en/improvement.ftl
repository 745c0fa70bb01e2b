# Board
improvement-say = Plan, do, check, act; every turn raises the level by a step.
improvement-new = Open a cycle
improvement-lane-empty = None
improvement-overdue-days = { $days ->
    [one] { $days } day overdue
   *[other] { $days } days overdue
}
improvement-late-actions = { $count ->
    [one] { $count } action overdue
   *[other] { $count } actions overdue
}
improvement-number = Number
improvement-closed-on = Closed on

# Phases
improvement-phases = The four phases
improvement-phase-plan = Plan
improvement-phase-do = Do
improvement-phase-check = Check
improvement-phase-act = Act
improvement-phase-closed = Closed
improvement-turn = Turn { $turn }
improvement-wheel = PDCA turn { $turn }: { $phase }
improvement-gate-passed = Gate passed

# Plan
improvement-plan-say = First the problem and the goal, then the actions. The baseline is measured from the KPI for the period chosen.
improvement-title = Title
improvement-problem = Problem
improvement-problem-help = What is wrong, since when, by how much.
improvement-cause = Cause
improvement-cause-help = May stay empty for now; needed before Do begins.
improvement-target = Target
improvement-centre = Centre
improvement-kpi = KPI
improvement-baseline-from = Baseline from
improvement-baseline-to = Baseline to
improvement-baseline-help = The period that results will be compared with.
improvement-goal = Goal
improvement-goal-help = In the KPI's own unit, for example 85 for percent.
improvement-due = Due
improvement-owner = Owner
improvement-open = Open
improvement-opened = Cycle { $what } is open. Now add actions.
improvement-opened-on = Opened
improvement-change-plan = Change the plan
improvement-plan-saved = The plan is saved and the baseline measured again.
improvement-from-signal-title = { $centre }: { $kpi } ({ $period })
improvement-from-signal-problem = { $kpi } of { $centre } raised a signal in { $period }.
improvement-baseline-line = Baseline { $value } ({ $from } to { $to })
improvement-goal-line = Goal { $value } by { $day }
improvement-cause-line = Cause: { $cause }
improvement-cause-missing = The cause is not stated yet
improvement-gate-plan = Begin Do
improvement-gate-plan-needs = needs cause, a measured baseline and an action

# Do
improvement-actions = Actions
improvement-action = Action
improvement-ordinal = No.
improvement-state = State
improvement-ended-on = Ended
improvement-actions-line = { $ended } of { $count } actions ended
improvement-no-actions = There are no actions yet.
improvement-add-action = Add an action
improvement-action-added = The action was added.
improvement-end-action = End action { $ordinal }
improvement-note = Note
improvement-note-help = What was done and where the evidence is; or why it is given up.
improvement-finish = Done
improvement-drop = Give up
improvement-action-done = The action is done.
improvement-action-dropped = The action is given up; the reason is on record.
improvement-acted-line = In effect since { $day }
improvement-acted-on = In effect from
improvement-acted-on-help = “After” begins on this day.
improvement-gate-do = Begin Check
improvement-gate-do-needs = needs every action ended, and the day from which they count

# Check
improvement-check-waits = Waits for data from after the actions
improvement-check-from = Check from
improvement-check-to = Check to
improvement-check-help = After the actions took effect, with data.
improvement-check-span = Checked { $from } to { $to }, { $n } contacts
improvement-after-met = Measured { $value }, goal { $goal }: reached
improvement-after-missed = Measured { $value }, goal { $goal }: not reached
improvement-interval-line = Difference { $difference }, 95% interval { $low } to { $high }
improvement-difference = { $value } { $points }
improvement-verdict-better = Better after the actions: { $difference }
improvement-verdict-worse = Worse after the actions: { $difference }
improvement-verdict-unclear = No change to be told from chance: { $difference }
improvement-gate-check = Measure and begin Act
improvement-gate-check-needs = needs a period with data after the actions

# Act
improvement-act-waits = Waits for the result of the check
improvement-act-kind = What follows
improvement-act-standardise = Standardise: into a document
improvement-act-carry-over = Carry the rest over to a next turn
improvement-act-none = Nothing is changed
improvement-act-document = Document code
improvement-act-document-help = Needed to standardise, for example WI-03.
improvement-conclusion = Conclusion
improvement-conclusion-help = What was learned; and what is carried over, if so.
improvement-gate-act = Close the cycle
improvement-gate-act-needs = needs what follows and a conclusion; to standardise, the document
improvement-passed = The gate is passed.
improvement-closed = The cycle is closed.

# Effect and turns
improvement-effect = Before and after
improvement-week = Week (Monday)
improvement-contacts = Contacts
improvement-chart-title = The KPI by week, { $value } weeks
improvement-chart-goal = Goal { $value }
improvement-chart-acted = In effect { $value }
improvement-turns = Turn by turn
improvement-became = Became
improvement-before = Before
improvement-after = After

# Units
improvement-in-percent = { $value }%
improvement-in-seconds = { $value } s
improvement-in-plain = { $value }
improvement-points-percent = percentage points
improvement-points-seconds = seconds
improvement-points-plain = points
improvement-unit-percent = %
improvement-unit-seconds = s
improvement-unit-plain = points

# Problems
problem-cycle-due-early = The due date must lie after the baseline.
problem-cycle-phase = The cycle is no longer in that phase. Load the page anew.
problem-cycle-action-ended = This action has ended already, or the cycle is past Do.
problem-cycle-needs-cause = The cause is not stated. Change the plan.
problem-cycle-needs-baseline = There are no data in the baseline period. Import them, or change the period in the plan.
problem-cycle-needs-action = There is no action. Add at least one.
problem-cycle-needs-done = No action was done, so there is no effect to check.
problem-cycle-actions-open = { $count ->
    [one] { $count } action is still open.
   *[other] { $count } actions are still open.
}
problem-cycle-future = Cannot lie in the future.
problem-cycle-acted-early = Must lie after the end of the baseline, { $day }.
problem-cycle-check-early = The check begins at the earliest on { $day }, when the actions took effect.
problem-cycle-no-data = There are no data in this period, so nothing can be compared. Import them first.
problem-cycle-needs-document = To standardise, name the document.
problem-cycle-unknown-document = There is no document { $code }.

# History
event-cycle-open = { $who } opened the cycle { $what }
event-cycle-plan = { $who } changed the plan of { $what }
event-cycle-action = { $who } added the action “{ $action }” to { $what }
event-cycle-action-done = { $who } finished the action “{ $action }” of { $what }
event-cycle-action-dropped = { $who } gave up the action “{ $action }” of { $what }
event-cycle-do = { $who } moved { $what } to Do
event-cycle-check = { $who } moved { $what } to Check
event-cycle-act = { $who } measured the result of { $what } and moved it to Act
event-cycle-close = { $who } closed the cycle { $what }
