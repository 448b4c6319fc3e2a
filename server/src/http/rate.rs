//! How often one address may ask: for the API as a whole, and for the work that everyone may start.
//!
//! Static files are not counted, nor are the probes of the operator's monitoring. The counts are this process's own.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{cells::Cells, error::ApiError};

const FORWARDED: &str = "x-forwarded-for";

/// What one address may do in a minute.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Requests to the API; 0 is no limit.
    pub requests: u32,
    /// Samplings started, refused ones included; 0 is no limit.
    pub samplings: u32,
    /// Reverse proxies in front, each of which adds the address it was asked from to `X-Forwarded-For`. 0: the header is
    /// the client's own word, and not believed.
    pub proxies: usize,
}

/// What the addresses have asked for lately.
pub struct Limiter {
    requests: Option<Cells>,
    samplings: Option<Cells>,
    proxies: usize,
}

impl Limiter {
    /// Nobody has asked yet.
    pub fn new(rates: Rates) -> Self {
        let cells = |rate| NonZeroU32::new(rate).map(Cells::per_minute);
        Self { requests: cells(rates.requests), samplings: cells(rates.samplings), proxies: rates.proxies }
    }

    /// Counts a request; the time until it may be repeated, if it came too early.
    fn check(&self, peer: Option<SocketAddr>, request: &Request) -> Result<(), Duration> {
        let path = request.uri().path();
        if path != "/api" && !path.starts_with("/api/") {
            return Ok(());
        }
        let client = key(client(peer, request.headers(), self.proxies));
        let starts = request.method() == Method::POST && path == "/api/samples";
        let limits = [self.requests.as_ref(), self.samplings.as_ref().filter(|_| starts)];
        limits.into_iter().flatten().try_for_each(|cells| cells.count(client, Instant::now()))
    }
}

/// Refuses what comes too early.
pub async fn limit(State(limiter): State<Arc<Limiter>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    match limiter.check(peer, &request) {
        Ok(()) => next.run(request).await,
        Err(wait) => ApiError::TooOften(wait).into_response(),
    }
}

/// Who asks: the peer, or what the outermost of the trusted proxies says. Each appends to the header, so what stands
/// before their entries was the client's to invent.
fn client(peer: Option<SocketAddr>, headers: &HeaderMap, proxies: usize) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let Some(before) = proxies.checked_sub(1) else { return peer };
    let lines = headers.get_all(FORWARDED).into_iter().filter_map(|line| line.to_str().ok());
    let entries: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let entry = entries.into_iter().rev().nth(before);
    // Some proxies add the port.
    entry.and_then(|e| e.parse().ok().or_else(|| e.parse::<SocketAddr>().ok().map(|a| a.ip()))).unwrap_or(peer)
}

/// What is counted as one: an IPv4 address, or an IPv6 network of 64 bits, which is what one subscriber has.
fn key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(forwarded: &[&str], proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        key(client(Some("192.0.2.1:4711".parse().unwrap()), &headers, proxies)).to_string()
    }

    #[test]
    fn a_header_is_believed_as_far_as_trusted_proxies_wrote_it() {
        let spoofed = ["198.51.100.9, 203.0.113.5", "10.0.0.7"];
        assert_eq!(seen(&spoofed, 0), "192.0.2.1");
        assert_eq!(seen(&spoofed, 1), "10.0.0.7");
        assert_eq!(seen(&spoofed, 2), "203.0.113.5");
        // Fewer entries than proxies: somebody came past them.
        assert_eq!(seen(&spoofed, 4), "192.0.2.1");
        assert_eq!(seen(&[], 1), "192.0.2.1");
        assert_eq!(seen(&["203.0.113.5, unknown"], 1), "192.0.2.1");
        assert_eq!(seen(&["203.0.113.5:80"], 1), "203.0.113.5");
    }

    #[test]
    fn an_ipv6_subscriber_is_one_and_a_mapped_ipv4_address_is_itself() {
        assert_eq!(seen(&["2001:db8:1:2:3:4:5:6"], 1), seen(&["[2001:db8:1:2:ffff::1]:443"], 1));
        assert_ne!(seen(&["2001:db8:1:2::1"], 1), seen(&["2001:db8:1:3::1"], 1));
        assert_eq!(seen(&["::ffff:203.0.113.5"], 1), "203.0.113.5");
    }
}
