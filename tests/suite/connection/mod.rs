mod addresses;
mod close;
mod data;
mod io;
