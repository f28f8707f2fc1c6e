"""Operations: one action on many phones or users, begun by a person and worked off by schedulers.

``starting`` makes the rows; ``claiming`` gives targets to a worker; ``calls`` says how a phone is asked; ``results``
keeps what became of it; ``confirming`` looks whether phones have confirmed; ``steering`` pauses, resumes and retries;
``reading`` counts and lists for the screens; ``retention`` forgets. ``approving`` makes devices of phones that wait
before these are asked to restart; ``restarting`` begins the restart of one that has just become a device.

Roll-outs: ``waves`` divides, ``gates`` judges each wave, ``readying`` changes phones and remembers what they had
(``kept_files``: their files), ``rolling_back`` gives it back. ``postponing`` tries phones again that are not there.
"""
