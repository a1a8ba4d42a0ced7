"""Italian."""

FIRST_NAMES = (
    "Giulia",
    "Matteo",
    "Niccolò",
    "Chiara",
    "Lorenzo",
    "Federica",
    "Dario",
    "Ilaria",
    "Luca",
    "Rosalba",
)
LAST_NAMES = (
    "Bianchi",
    "D'Angelo",
    "Ricci",
    "Fumagalli",
    "Esposito",
    "Lo Presti",
    "Marchetti",
    "Pavan",
    "Colombo",
    "Serra",
)

DIALOGUES = (
    """
    < Ciao! Siete aperti domenica?
    > Ciao, domenica no, sabato fino alle 18.
    < Perfetto, passo sabato allora
    < Cerco qualcosa per una parete di 3 metri, così
    < [photo]
    > Bella! Ti preparo tre proposte.
    """,
    """
    < Buongiorno, la consegna {n} è prevista per oggi?
    > Sì, tra le 14 e le 16.
    < Ottimo, c'è mia madre in casa
    """,
)

CUSTOMER_LINES = (
    "Grazie mille, è bellissima!",
    "Quanto viene la spedizione a Torino?",
    "Posso pagare alla consegna?",
    "Ho ricevuto il pacco {n}, tutto a posto",
    "A che ora chiudete?",
    "Mi mandi un'altra foto per favore?",
    "Va bene giovedì alle 10?",
    "Scusa il ritardo 🙏",
    "Allora confermo due pezzi",
    "C'è anche in blu notte?",
)
OWNER_LINES = (
    "Certo, nessun problema.",
    "Chiudiamo alle 18.",
    "L'ordine {n} parte domani.",
    "A presto!",
    "Te la mando subito.",
    "Sì, anche in blu notte.",
)
