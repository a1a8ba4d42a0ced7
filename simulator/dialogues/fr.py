"""French."""

FIRST_NAMES = (
    "Chloé",
    "Étienne",
    "Noémie",
    "Théo",
    "Maëlle",
    "Gaël",
    "Sébastien",
    "Aïcha",
    "Zoé",
    "Loïc",
    "Inès",
    "Benoît",
)
LAST_NAMES = (
    "Lefèvre",
    "Béranger",
    "Moreau",
    "Crêtois",
    "N'Guessan",
    "Dupré",
    "Vasseur",
    "Garçon",
    "Roussel",
    "Haddad",
)

DIALOGUES = (
    """
    < Bonjour, nous ouvrons un petit café à Lyon en mars ☕️
    < Il nous faudrait 12 suspensions et 2 appliques
    > Bonjour et félicitations ! Avez-vous un plan ?
    < [file plan-cafe.pdf] Voilà le plan
    > Merci. Je vous propose une visite en visio demain à 10 h ?
    < Parfait pour demain 10 h

    < On a oublié : la terrasse aussi, si possible 🙂
    """,
    """
    < Bonsoir, l'ampoule a grillé au bout de deux jours…
    > Bonsoir, désolé ! On vous en renvoie deux demain.
    < Merci beaucoup, c'est très aimable
    """,
    """
    < Le devis {n} est-il encore valable ?
    > Oui, jusqu'à la fin du mois.
    < Alors c'est bon pour nous. Signé ci-joint
    < [file devis-signe.pdf]
    > Merci ! Lancement en atelier lundi.
    """,
)

CUSTOMER_LINES = (
    "Avez-vous reçu mon virement de {n} € ?",
    "C'est possible en laiton vieilli ?",
    "Merci beaucoup, elle est magnifique",
    "Je passe demain vers 11 h, ça va ?",
    "Petite question sur le devis {n}",
    "Le livreur est arrivé à l'instant 👍",
    "Vous fermez à quelle heure ce soir ?",
    "On part sur 8 au lieu de 12 finalement",
    "Le câble fait quelle longueur ?",
    "Bonne journée !",
    "Auriez-vous une photo de l'arrière ?",
    "Désolée pour le retard de réponse",
)
OWNER_LINES = (
    "Oui, bien reçu, merci !",
    "Nous fermons à 19 h.",
    "C'est noté pour demain.",
    "La commande {n} part aujourd'hui.",
    "Avec plaisir.",
    "Je vous envoie ça dans l'heure.",
    "Pas de souci.",
)
