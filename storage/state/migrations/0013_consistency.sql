-- What is not as it is declared, with since when and what has changed it; what of it is
-- ignored; and what was adopted into a declaration over what its file says. Each row is
-- kept as JSON. An ignore without a node is for all of them; an override has no node.
CREATE TABLE consistency_standings (
    module TEXT NOT NULL,
    node   TEXT NOT NULL,
    item   TEXT NOT NULL,
    data   TEXT NOT NULL,
    PRIMARY KEY (module, node, item)
);
CREATE TABLE consistency_ignores (
    module TEXT NOT NULL,
    node   TEXT NOT NULL,
    item   TEXT NOT NULL,
    data   TEXT NOT NULL,
    PRIMARY KEY (module, node, item)
);
CREATE TABLE consistency_overrides (
    module TEXT NOT NULL,
    node   TEXT NOT NULL,
    item   TEXT NOT NULL,
    data   TEXT NOT NULL,
    PRIMARY KEY (module, node, item)
);
