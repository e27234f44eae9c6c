mod addresses;
mod books;
mod close;
mod data;
mod io;
