//! Where the replicas of a run are on the device.

use crate::run::ReplicaId;

/// The index of a replica's numbers in every array on the device. A replica may move to another slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rooms::gpu) struct Slot(pub usize);

/// Which replica is in which slot: those that train are in the first slots, and dispatches reach no others.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rooms::gpu) struct Slots {
    replicas: Vec<ReplicaId>,
    live: usize,
}

impl Slots {
    /// This many replicas, each in the slot of its own index.
    pub fn new(replicas: usize) -> Self {
        Slots { replicas: (0..replicas).map(ReplicaId).collect(), live: replicas }
    }

    /// The replicas that train in the first slots, in their order, and the others after them.
    pub fn sorted(is_live: impl Iterator<Item = bool>) -> Self {
        let all = is_live.enumerate().map(|(index, live)| (ReplicaId(index), live));
        let (first, others): (Vec<_>, Vec<_>) = all.partition(|(_, live)| *live);
        let live = first.len();
        let replicas = first.into_iter().chain(others).map(|(id, _)| id).collect();
        Slots { replicas, live }
    }

    /// The number of replicas that train.
    pub fn live(&self) -> usize {
        self.live
    }

    /// The number of slots.
    pub fn len(&self) -> usize {
        self.replicas.len()
    }

    /// The slots in their order, each with its replica.
    pub fn replicas(&self) -> impl Iterator<Item = (Slot, ReplicaId)> + '_ {
        self.replicas.iter().enumerate().map(|(slot, id)| (Slot(slot), *id))
    }

    /// Replicas that train and are not in `live`, which is ascending, leave the first slots. The result are the pairs
    /// of slots whose replicas change places.
    pub fn retain(&mut self, live: &[ReplicaId]) -> Vec<[Slot; 2]> {
        let mut swaps = vec![];
        let mut slot = 0;
        while slot < self.live {
            if live.binary_search(&self.replicas[slot]).is_ok() {
                slot += 1;
                continue;
            }
            self.live -= 1;
            if slot < self.live {
                self.replicas.swap(slot, self.live);
                swaps.push([Slot(slot), Slot(self.live)]);
            }
        }
        swaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_train_come_first() {
        let mut slots = Slots::new(5);
        assert_eq!(
            slots.retain(&[1, 3, 4].map(ReplicaId)),
            [[Slot(0), Slot(4)], [Slot(2), Slot(3)]]
        );
        let ids: Vec<usize> = slots.replicas().map(|(_, id)| id.0).collect();
        assert_eq!((ids, slots.live()), (vec![4, 1, 3, 2, 0], 3));
        assert_eq!(slots.retain(&[ReplicaId(4)]), [[Slot(1), Slot(2)]]);
        assert_eq!((slots.live(), slots.len()), (1, 5));
        let sorted = Slots::sorted([false, true, true].into_iter());
        let ids: Vec<usize> = sorted.replicas().map(|(_, id)| id.0).collect();
        assert_eq!((ids, sorted.live()), (vec![1, 2, 0], 2));
    }
}
