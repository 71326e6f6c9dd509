"""Flask-SocketIO under gunicorn's gevent worker, as its documentation deploys it. The room comes with the first packet; what is
said goes to everyone there."""

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent", transports=["websocket"], manage_session=False, always_connect=True)
rooms = {}


@socketio.on("connect")
def connect(auth):
    rooms[request.sid] = auth["room"]
    join_room(rooms[request.sid])


@socketio.on("disconnect")
def disconnect():
    rooms.pop(request.sid, None)


@socketio.on("say")
def say(token):
    emit("said", token, to=rooms[request.sid])
