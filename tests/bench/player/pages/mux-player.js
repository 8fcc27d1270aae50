import "@mux/mux-player";
