// Socket.IO as its documentation tunes it: WebSocket alone, ws with both native add-ons, no compression, and the first
// request of each connection let go. The room comes with the first packet; what is said goes to everyone there.
import { createServer } from "node:http";
import { createRequire } from "node:module";

// The packages lie in the cache, not beside this file.
const { Server } = createRequire(`${process.env.BENCH_NODE}/`)("socket.io");

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});
io.engine.on("connection", (raw) => {
  raw.request = null;
});
io.on("connection", (socket) => {
  const { room } = socket.handshake.auth;
  socket.join(room);
  socket.on("say", (token) => io.to(room).emit("said", token));
});
http.listen(Number(process.argv[2]), "127.0.0.1");
