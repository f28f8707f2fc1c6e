"""Operations: one action on many phones or users, begun by a person and worked off by schedulers.

``starting`` makes the rows; ``claiming`` gives targets to a worker; ``calls`` says how a phone is asked; ``results``
keeps what became of it; ``confirming`` looks whether phones have confirmed; ``steering`` stops, continues and retries;
``reading`` counts and lists for the screens; ``retention`` forgets.
"""
