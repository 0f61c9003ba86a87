//! The service map: who calls whom, how often, how fast, how well.

use trace::{Hop, Timestamp};

use super::{ReadError, Reader};
use crate::counters::{Statistics, Subject};

/// The services that took part in requests, and the calls between them.
#[derive(Clone, Debug, Default)]
pub struct ServiceMap {
    /// Every hop by name, in a request's order.
    pub nodes: Vec<MapNode>,
    /// The calls, with a share of the traces that were looked at.
    pub edges: Vec<MapEdge>,
}

/// One service of the map.
#[derive(Clone, Debug)]
pub struct MapNode {
    /// The hop.
    pub hop: Hop,
    /// Its numbers; `statistics.name` is the service's name.
    pub statistics: Statistics,
}

/// Calls from one service to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapEdge {
    /// Who called.
    pub from: (Hop, String),
    /// Who was called.
    pub to: (Hop, String),
    /// How often, among the spans that were looked at (the latest 20,000).
    pub calls: u64,
}

impl Reader {
    /// The map of what has happened from the minute of `since` on. The nodes' numbers are exact;
    /// the edges come from stored traces.
    pub fn service_map(&self, since: Timestamp) -> Result<ServiceMap, ReadError> {
        let nodes = self
            .statistics(since)?
            .into_iter()
            .filter_map(|statistics| match statistics.subject {
                Subject::Hop(hop) => Some(MapNode { hop, statistics }),
                Subject::Entrance => None,
            })
            .collect();
        Ok(ServiceMap { nodes, edges: self.edges(since)? })
    }

    fn edges(&self, since: Timestamp) -> Result<Vec<MapEdge>, ReadError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(SELECT_CALLS)?;
        let mut rows = statement.query([since.micros().cast_signed()])?;
        let mut edges = Vec::new();
        while let Some(row) = rows.next()? {
            let hop = |column| row.get::<_, String>(column).map(|name| Hop::from_name(&name));
            let (Some(from), Some(to)) = (hop(0)?, hop(2)?) else { continue };
            let calls = row.get::<_, i64>(4)?.max(0).cast_unsigned();
            edges.push(MapEdge { from: (from, row.get(1)?), to: (to, row.get(3)?), calls });
        }
        edges.sort_by(|one, other| (&one.from, &one.to).cmp(&(&other.from, &other.to)));
        Ok(edges)
    }
}

const SELECT_CALLS: &str = "
SELECT caller.hop, caller.name, called.hop, called.name, count(*)
FROM (SELECT * FROM spans ORDER BY id DESC LIMIT 20000) AS called
JOIN spans AS caller ON caller.trace = called.trace AND caller.segment = called.parent
WHERE called.started >= ?1
GROUP BY 1, 2, 3, 4";
