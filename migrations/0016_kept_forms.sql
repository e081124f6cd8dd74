-- What was typed into a form of the portal waits, sealed, while its person proves anew who they are.

ALTER TABLE interactions
    ADD sealed_form bytea,
    ADD form_of uuid REFERENCES users ON DELETE CASCADE, -- who typed it, by the session of that browser
    ADD CHECK ((sealed_form IS NULL) = (form_of IS NULL)),
    ADD CHECK (sealed_form IS NULL OR visit IS NOT NULL);
