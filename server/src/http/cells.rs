//! The generic cell rate algorithm: so much a minute may come at once, and comes back evenly. One instant is kept for
//! each address, and only while it owes time. (ITU-T I.371, annex A, in its virtual scheduling form.)

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const MINUTE: Duration = Duration::from_secs(60);
/// Addresses below which the table is never cleared.
const FEW: usize = 1024;

/// A limit and who is how near it.
pub struct Cells {
    /// What one request costs.
    interval: Duration,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// When the address will have paid for all it asked.
    paid: HashMap<IpAddr, Instant>,
    /// Addresses in the table after it was last cleared.
    kept: usize,
}

impl Cells {
    /// Nobody owes anything.
    pub fn per_minute(requests: NonZeroU32) -> Self {
        Self { interval: MINUTE / requests.get(), table: Mutex::default() }
    }

    /// Counts a request at `now`.
    ///
    /// # Errors
    /// The time to wait, if it comes too early; it is not counted then.
    pub fn count(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let paid = table.paid.get(&address).map_or(now, |&paid| paid.max(now));
        let after = paid + self.interval;
        if let Some(wait) = (after - now).checked_sub(MINUTE).filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        table.paid.insert(address, after);
        // Each time twice as many have come, so a request pays for one more address at most.
        if table.paid.len() > FEW.max(2 * table.kept) {
            table.paid.retain(|_, paid| *paid > now);
            table.paid.shrink_to(FEW);
            table.kept = table.paid.len();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const A: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn cells(requests: u32) -> Cells {
        Cells::per_minute(NonZeroU32::new(requests).unwrap())
    }

    #[test]
    fn a_minutes_worth_comes_at_once_and_then_one_each_interval() {
        let (cells, start) = (cells(6), Instant::now());
        for _ in 0..6 {
            assert_eq!(cells.count(A, start), Ok(()));
        }
        assert_eq!(cells.count(A, start), Err(Duration::from_secs(10)));
        assert_eq!(cells.count(B, start), Ok(()), "another address owes nothing");
        assert_eq!(cells.count(A, start + Duration::from_secs(9)), Err(Duration::from_secs(1)));
        assert_eq!(cells.count(A, start + Duration::from_secs(10)), Ok(()), "refusals cost nothing");
        assert_eq!(cells.count(A, start + Duration::from_secs(10)), Err(Duration::from_secs(10)));
        let later = start + Duration::from_secs(3600);
        assert_eq!(
            (0..9).filter(|_| cells.count(A, later).is_ok()).count(),
            6,
            "no more is saved than a minute's worth"
        );
    }

    #[test]
    fn addresses_that_owe_nothing_are_forgotten() {
        let (cells, start) = (cells(60), Instant::now());
        for n in 0..100_000 {
            // A thousand addresses a second, each of which owes for one second.
            let now = start + Duration::from_millis(n.into());
            assert_eq!(cells.count(IpAddr::V4(Ipv4Addr::from_bits(n)), now), Ok(()));
        }
        let held = cells.table.lock().unwrap().paid.len();
        assert!((1000..=2 * FEW + 1).contains(&held), "{held}");
    }
}
