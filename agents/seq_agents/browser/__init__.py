"""A page on which a human plays against a trained LSTM, computed in the browser."""

from seq_agents.browser.game import Game as Game
from seq_agents.browser.page import page as page
from seq_agents.browser.page import part as part
