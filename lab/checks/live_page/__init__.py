"""The live page in a headless Chromium: what a newcomer does with `vipgate demo`, and what an operator does with
`vipgate run` and a hundred endpoints.

``browser``     Chromium, driven by its DevTools protocol
``elements``    the parts of the page that the checks look at
``demo``        `vipgate demo`, and its clients
``newcomer``    every control of the page, by mouse and by keyboard; themes, contrast, small screens
``outage``      a gateway that goes away and comes back; one without room for another stream
``operator``    a hundred endpoints, hostile text, the token
``screenshot``  the picture in the README
"""
