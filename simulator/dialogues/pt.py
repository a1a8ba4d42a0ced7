"""Portuguese, of both shores."""

FIRST_NAMES = (
    "Tiago",
    "Inês",
    "João",
    "Beatriz",
    "Rui",
    "Conceição",
    "Luís",
    "Mariana",
    "André",
    "Cássia",
    "Gonçalo",
    "Thaís",
)
LAST_NAMES = (
    "Ferreira",
    "Simões",
    "Guimarães",
    "Araújo",
    "Leitão",
    "Magalhães",
    "Brandão",
    "Sousa",
    "Corrêa",
    "Azevedo",
)

DIALOGUES = (
    """
    < Oi! Tudo bem? Vocês entregam em Campinas?
    > Olá! Entregamos sim, de 8 a 10 dias úteis.
    < Ótimo 😊 quero duas luminárias Maré, cor areia
    > Fica {n} euros com envio. Posso reservar?
    < Pode! Vou pagar por transferência
    < [file comprovativo.pdf] Segue o comprovativo
    > Recebido, obrigado! Já seguem amanhã.
    """,
    """
    < Bom dia, a porta do armário ficou a raspar em baixo
    > Bom dia! Passa aí o Rui esta tarde para afinar, pode ser às 15h?
    < Às 15h está óptimo
    < [photo] é este canto
    > Já vi. Cinco minutos e fica como nova.
    """,
    """
    < Ainda têm o candeeiro da montra?
    > O último saiu ontem, mas fazemos outro igual em 10 dias
    < Então encomendo um, em nome de Simões
    > Encomenda {n}. Aviso quando estiver pronto 🙂
    """,
)

CUSTOMER_LINES = (
    "Já saiu para entrega?",
    "Consegue fazer por menos se levar três?",
    "Ficou lindo na sala, obrigada! 💛",
    "A encomenda {n} chegou hoje",
    "Posso passar aí por volta das 18h?",
    "Qual é o prazo para o Porto?",
    "Enviei o comprovativo por e-mail também",
    "Desculpe, enganei-me no número da porta: é o {n}",
    "kkkk não tinha visto a mensagem",
    "Ainda aceitam encomendas antes do Natal?",
    "Pode ser em carvalho em vez de nogueira?",
    "Está cá em baixo a carrinha",
    "🙏",
)
OWNER_LINES = (
    "Já segue amanhã de manhã.",
    "Claro que sim, até às 19h estamos cá.",
    "Encomenda {n} confirmada.",
    "Obrigado nós!",
    "Vou ver e já digo.",
    "Para o Porto, dois dias.",
    "Tratamos disso, não se preocupe.",
    "Desço já para ajudar a descarregar.",
)
