//! A client as others wrote it, unchanged: oauth4webapi, against a quickstart process.
