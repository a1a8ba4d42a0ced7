"""English."""

FIRST_NAMES = (
    "Maya",
    "Oliver",
    "Priya",
    "Callum",
    "Grace",
    "Tobias",
    "Amara",
    "Ewan",
    "Saoirse",
    "Kwame",
    "Hannah",
    "Dev",
)
LAST_NAMES = (
    "O'Neill",
    "Whitfield",
    "Okafor",
    "Patel",
    "MacLeod",
    "Hargreaves",
    "Chen",
    "Adeyemi",
    "Byrne",
    "Novak",
)

DIALOGUES = (
    """
    < Hi, is the green reading lamp back in stock?
    > Hi! Two left, one is on display.
    < Could you keep one for me until Saturday?
    > Done, under your name.
    < You're a star ⭐
    < [sticker]

    < Quick one: does it come with a UK plug?
    > It does, and an EU one in the box.
    """,
    """
    < The revised quote looks fine. One question about the second line
    < Could you do 45 days? Then we sign today.
    > [re 1] 45 days works with a 20 % deposit. Installation is included.
    < Deal. Where do we send the deposit?
    > [file Quote-{n}.pdf] Bank details are on page two.
    """,
    """
    < Delivery says "attempted" but nobody rang?
    > Sorry about that! Calling the driver now.
    > He's turning round, ten minutes.
    < [forwarded] We were unable to reach you at 14:05. Next attempt: tomorrow.
    < Got it, thanks. *Really* appreciate it
    < see example.com/track/{n} if you want to know what we saw
    """,
)

CUSTOMER_LINES = (
    "Any news on order {n}?",
    "Could you send the dimensions again please",
    "That looks great, thank you!",
    "Running about ten minutes late, sorry",
    "Do you deliver on Saturdays?",
    "Can I change it to the oak finish?",
    "Paid just now, reference {n}",
    "My sister wants the same one, is that possible?",
    "Is this the right part number? {n}",
    "Sorry, wrong chat 😅",
    "👍",
    "What's the smallest size you make?",
    "Could we move the visit to Thursday?",
    "Just to double check: 2700 K, right?",
)
OWNER_LINES = (
    "It ships tomorrow morning.",
    "Sure, I'll check and get back to you.",
    "No problem at all.",
    "Order {n} is ready to collect.",
    "Thanks, got it.",
    "Yes, Saturdays until two.",
    "I'll send the signed quote today",
    "Right, 2700 K.",
)
