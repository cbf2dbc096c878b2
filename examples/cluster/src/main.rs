//! `DATABASE_URL=postgres://.. REDIS_URL=redis://.. cargo run -p cluster` starts three nodes, shows that they are one
//! service, and goes on serving.

use std::process::ExitCode;

use auth_core::token::random_secret;

const NODES: usize = 3;

#[tokio::main]
async fn main() -> ExitCode {
    let (Ok(database), Ok(redis)) = (std::env::var("DATABASE_URL"), std::env::var("REDIS_URL")) else {
        eprintln!(
            "cluster: set DATABASE_URL and REDIS_URL. To start both:\n  \
             docker run -d -p 5432:5432 -e POSTGRES_PASSWORD=local postgres\n  \
             docker run -d -p 6379:6379 redis\n  \
             DATABASE_URL=postgres://postgres:local@127.0.0.1/postgres REDIS_URL=redis://127.0.0.1 cargo run -p cluster"
        );
        return ExitCode::from(2);
    };
    match run(&database, &redis).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(database: &str, redis: &str) -> Result<(), Box<dyn std::error::Error>> {
    // In production the same secret on every node, from AUTH_SECRET.
    let shared = cluster::Shared::open(database, redis, "cluster-example", random_secret()?).await?;
    let (mut nodes, mut serving) = (Vec::new(), Vec::new());
    for number in 1..=NODES {
        let (url, node) = cluster::start(shared.node()?).await?;
        println!("node {number} listening on {url}");
        nodes.push(url);
        serving.push(node);
    }
    for step in cluster::demonstrate(&shared.node()?, &nodes).await? {
        println!("{step}");
    }
    println!("serving; Ctrl-C ends it");
    for node in serving {
        node.await??;
    }
    Ok(())
}
