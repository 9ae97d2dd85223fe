"""The planted bugs: at least one for every invariant, each a mistake that connectors have really made.

The invariants, in short: I1 convergence, I2 no lost edit, I3 no double, I4 a retried create changes nothing, I5 no
echo, I6 a second run is quiet, I7 bounded ping-pong, I8 no record skipped, I9 cursors last, I10 a crash is a pause,
I11 intent before effect, I12 three outcomes, I13 the delete guard, I14 absence is no delete, I15 an edit beats a
delete, I16 a bad record blocks no other, I17 systemic errors stop the run, I18 parents first, I19 the same accounts,
I20 one run at a time, I21 secrets stay in, I22 merges and conversions keep their links, I23 values arrive as they
are, I24 bounded load, I25 losing our state is safe, I26 a dry run is dry, I27 old state still works, I28 the same
seed gives the same log.
"""

from __future__ import annotations

from tests.mutants.bugs import carries_out, decides, lived

MUTANTS = (
    *decides.MERGING,
    *carries_out.CREATING,
    *carries_out.READING,
    *carries_out.STANDING,
    *decides.CONVERTING,
    *decides.VALUES,
    *decides.DECIDING,
    *decides.BRAKING,
    *carries_out.REPEATING,
    *lived.LIVED,
)
