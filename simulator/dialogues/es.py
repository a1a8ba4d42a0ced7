"""Spanish."""

FIRST_NAMES = (
    "Ana",
    "Lucía",
    "Javier",
    "Carmen",
    "Diego",
    "Elena",
    "Pablo",
    "Marta",
    "Sergio",
    "Inés",
    "Álvaro",
    "Begoña",
)
LAST_NAMES = (
    "Martínez",
    "Ibáñez",
    "Castro",
    "Quintana",
    "Peña",
    "Urrutia",
    "Núñez",
    "Salvatierra",
    "Ferrer",
    "Ordóñez",
)

DIALOGUES = (
    """
    < Buenos días 👋 vi la lámpara Alba en la tienda de un amigo
    < ¿La hacen también en latón?
    > ¡Buenos días! Sí, en latón cepillado. Tarda unas tres semanas.
    < Perfecto. Este sería el sitio, son 4 m de largo
    < [photo] El comedor visto desde la puerta
    > [re 1] Qué espacio tan bonito. Para ese largo haría dos Alba, no una.

    < Tiene sentido. ¿Me pasa presupuesto con envío a Valencia?
    > Se lo mando hoy mismo.
    < ¿El presupuesto incluye el montaje?
    """,
    """
    < Hola, llegó el pedido {n} pero falta el tornillo del soporte
    > Hola, mil disculpas. ¿Me manda una foto?
    < [photo]
    > Lo veo. Sale hoy por mensajería, sin coste.
    < Gracias por la rapidez 🙌
    """,
    """
    < ¿Tienen hueco el viernes para ver la mesa?
    > El viernes a las 11:00 o a las 17:30, ¿qué le viene mejor?
    < 17:30. Vamos dos personas
    > Anotado. Hay aparcamiento en la calle de atrás.
    """,
)

CUSTOMER_LINES = (
    "¿El presupuesto incluye el montaje?",
    "¿Sigue en pie lo del jueves?",
    "Acabo de hacer la transferencia de {n} €",
    "¿Me puede mandar la factura del pedido {n}?",
    "Quedó preciosa, gracias 😍",
    "¿Hay alguna opción más pequeña?",
    "Mi marido dice que mejor en negro mate",
    "Estoy en la puerta, no suena el timbre",
    "¿Cuánto tardaría una segunda unidad?",
    "Perdón, quise decir 120 cm, no 210",
    "👍",
    "¿Aceptan pago en dos veces?",
    "Llego diez minutos tarde",
    "Una duda rápida sobre el cable: ¿de qué largo es?",
)
OWNER_LINES = (
    "Sí, está incluido.",
    "Se lo confirmo en un momento.",
    "El pedido {n} sale mañana por la mañana.",
    "Perfecto, queda anotado.",
    "Gracias a usted, que la disfrute ✨",
    "Bajo enseguida a abrir.",
    "Sin problema, lo cambiamos.",
    "Le mando la factura esta tarde.",
)
