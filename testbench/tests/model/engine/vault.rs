//! `client/src/engine/vault.rs` and `connection.rs`. See `Model::put` for what of the vault is left out.

use crate::{model::Model, world::*};

impl Model {
    /// `Engine::read_vault`, answered: then the socket opens.
    pub fn read_vault(&self, world: &mut World, device: Device) {
        self.vault_listed(world, device);
        world.clients[device].link = Link::Opening;
    }

    /// `Engine::vault_listed`.
    pub fn vault_listed(&self, world: &mut World, device: Device) {
        let it = &mut world.clients[device];
        let vault = &world.server.vaults[it.user as usize];
        it.room.listing = false;
        it.room.verified = it.room.verified.max(vault.head);
        let news = |secret: &(Epoch, Secret)| keep(&mut it.room.secrets, *secret);
        let gained: Vec<_> = vault.secrets.iter().copied().filter(news).collect();
        self.try_secrets(world, device, &gained);
    }

    /// `Engine::write_vault`.
    pub fn write_vault(&self, world: &mut World, device: Device) {
        let room = &mut world.clients[device].room;
        if room.due && room.writing.is_none() {
            room.due = false;
            room.writing = Some(Vault {
                secrets: room.secrets.clone(),
                head: room.verified,
            });
        }
    }

    /// A write arrived and was answered: `Engine::vault_put` and `Engine::vault_saved`.
    pub fn vault_saved(&self, world: &mut World, device: Device) {
        let Some(item) = world.clients[device].room.writing.take() else {
            return;
        };
        self.put(world, device, &item);
        self.vault_listed(world, device);
        let room = &mut world.clients[device].room;
        if room.due {
            return;
        }
        match room.waiting.take() {
            Some(Waiting::Rotate) => self.submit_rotation(world, device),
            Some(Waiting::Join(secret)) => self.submit_join(world, device, secret),
            None => {}
        }
    }

    /// A write was not answered: `Engine::vault_refused`. It is written again.
    pub fn vault_unanswered(&self, world: &mut World, device: Device, arrived: bool) {
        let Some(item) = world.clients[device].room.writing.take() else {
            return;
        };
        if arrived {
            self.put(world, device, &item);
        }
        let room = &mut world.clients[device].room;
        room.due = true;
        match room.waiting {
            Some(Waiting::Rotate) => room.reveals.clear(),
            _ => room.waiting = None,
        }
    }
}
