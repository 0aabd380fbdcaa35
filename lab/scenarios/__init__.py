"""What the lab plays: each scenario begins with nothing running, and checks what it must show."""

from scenarios import ecmp, faults, s1, s2, s3, s4, s5, s6

SCENARIOS = {"s1": s1.play, "s2": s2.play, "s3": s3.play, "s4": s4.play, "s5": s5.play, "s6": s6.play,
             "ecmp": ecmp.play, "faults": faults.play}
