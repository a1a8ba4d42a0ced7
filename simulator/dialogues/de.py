"""German."""

FIRST_NAMES = (
    "Jonas",
    "Greta",
    "Lukas",
    "Mareike",
    "Jürgen",
    "Anneliese",
    "Moritz",
    "Käthe",
    "Björn",
    "Frieda",
    "Özlem",
    "Henrik",
)
LAST_NAMES = (
    "Weiß",
    "Brandt",
    "Kowalski",
    "Schäfer",
    "Lindemann",
    "Yıldız",
    "Großmann",
    "Petersen",
    "Vogel",
    "Köhler",
)

DIALOGUES = (
    """
    < Guten Tag, ich hätte eine Frage zur Hängeleuchte »Nord«.
    < Passt da auch ein Leuchtmittel mit 2700 K dimmbar?
    > Guten Tag! Ja, E27 bis 40 W, dimmbar ohne Weiteres.
    < Super. Und der Baldachin, gibt's den auch in Weiß?
    > In Weiß, Schwarz und Messing. Weiß haben wir sogar da.

    < [voice 23]
    > Danke für die ausführliche Nachricht. Variante zwei klingt gut, ich zeichne das auf.
    < Prima, dann warte ich auf die Skizze. Schönen Feierabend!
    """,
    """
    < Die Lieferung von heute früh: der Karton ist eingedrückt 😕
    < [photo] So kam es an
    > Oh nein. Ist der Schirm selbst heil geblieben?
    < [re 1] Zum Glück ja, nur die Verpackung.
    > Gott sei Dank. Bitte trotzdem ein Foto vom Etikett, wir melden es dem Fahrer.
    < [photo]
    """,
    """
    < Rechnung {n} ist bezahlt, Beleg hängt an
    < [file Zahlungsbeleg.pdf]
    > Vielen Dank, ist verbucht.
    < Wann dürfen wir mit der Montage rechnen?
    > Am Donnerstag zwischen 9 und 11 Uhr, wenn es passt.
    < Passt.
    """,
)

CUSTOMER_LINES = (
    "Wann dürfen wir mit der Montage rechnen?",
    "Könnten Sie mir die Maße noch einmal schicken?",
    "Der Termin am {n}. geht bei uns leider doch nicht",
    "Das sieht großartig aus, vielen Dank!",
    "Kurze Rückfrage zur Rechnung {n}",
    "Wir nehmen dann doch die in Eiche",
    "Ist der Laden am Samstag geöffnet?",
    "Ich rufe später noch mal an",
    "Bitte an die Büroadresse liefern, nicht nach Hause",
    "Könnte man den Arm um 15 cm kürzen?",
    "👌 Danke",
    "Die Nachbarin möchte übrigens dieselbe",
    "Haben Sie meine Sprachnachricht bekommen?",
)
OWNER_LINES = (
    "Gern, ich schaue gleich nach.",
    "Ist notiert.",
    "Samstag von 10 bis 14 Uhr.",
    "Die Leuchte {n} ist fertig und kann abgeholt werden.",
    "Das geht, kostet 20 € mehr.",
    "Vielen Dank für die Geduld!",
    "Ich schicke die Skizze bis heute Abend.",
    "Alles klar, bis dann.",
)
