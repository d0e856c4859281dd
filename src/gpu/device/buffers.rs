//! Buffers on the device, and reading them back.

use futures_intrusive::channel::shared::oneshot_channel;
use wgpu::BufferUsages;

use super::gpu::Gpu;
use crate::error::{Error, Result};

impl Gpu {
    /// A storage buffer of `elements` 32-bit zeros.
    pub(in crate::rooms::gpu) fn storage(
        &self,
        label: &str,
        elements: usize,
    ) -> Result<wgpu::Buffer> {
        let bytes = (elements.max(4) * 4) as u64;
        if bytes > self.binding_limit {
            return Err(Error::unfit(format!(
                "{label} takes {bytes} bytes, and a buffer of this device holds {}; use --device \
                 cpu, or a smaller network, BATCH_SIZE or data set",
                self.binding_limit
            ))
            .within(&self.name));
        }
        Ok(self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes,
            usage: BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        }))
    }

    /// A storage buffer that holds `values`.
    pub(in crate::rooms::gpu) fn upload<T: bytemuck::Pod>(
        &self,
        label: &str,
        values: &[T],
    ) -> Result<wgpu::Buffer> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let buffer = self.storage(label, bytes.len() / 4)?;
        self.write(&buffer, values);
        Ok(buffer)
    }

    /// A storage buffer of bytes, four to a word, the first in the lowest bits; the last word is filled with zeros.
    pub(in crate::rooms::gpu) fn upload_bytes(
        &self,
        label: &str,
        bytes: &[u8],
    ) -> Result<wgpu::Buffer> {
        const WORD: usize = size_of::<u32>();
        let buffer = self.storage(label, bytes.len().div_ceil(WORD))?;
        let (words, rest) = bytes.split_at(bytes.len() / WORD * WORD);
        self.write(&buffer, words);
        if !rest.is_empty() {
            let mut last = [0; WORD];
            last[..rest.len()].copy_from_slice(rest);
            self.uploaded.set(self.uploaded.get() + WORD as u64);
            self.queue.write_buffer(&buffer, words.len() as u64, &last);
        }
        Ok(buffer)
    }

    /// Writes `values` to the beginning of a buffer.
    pub(in crate::rooms::gpu) fn write<T: bytemuck::Pod>(
        &self,
        buffer: &wgpu::Buffer,
        values: &[T],
    ) {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        self.uploaded.set(self.uploaded.get() + bytes.len() as u64);
        self.queue.write_buffer(buffer, 0, bytes);
    }

    /// A buffer that holds `values` to copy from; no kernel binds it.
    pub(in crate::rooms::gpu) fn to_copy_from(&self, label: &str, values: &[u32]) -> wgpu::Buffer {
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: size_of_val(values) as u64,
            usage: BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.write(&buffer, values);
        buffer
    }

    /// A uniform buffer that holds `words`.
    pub(in crate::rooms::gpu) fn uniform(&self, label: &str, words: &[u32]) -> wgpu::Buffer {
        // The uniform address space requires a multiple of 16 bytes.
        let size = (words.len().div_ceil(4) * 16) as u64;
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.write(&buffer, words);
        buffer
    }

    /// A buffer of `bytes` that the host can read.
    pub(in crate::rooms::gpu) fn staging(&self, bytes: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: bytes.max(4),
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Copies the first `elements` of a buffer to the host, and waits for them.
    pub(in crate::rooms::gpu) async fn read<T: bytemuck::Pod>(
        &self,
        buffer: &wgpu::Buffer,
        elements: usize,
    ) -> Result<Vec<T>> {
        let bytes = (elements * 4) as u64;
        if bytes == 0 {
            return Ok(vec![]);
        }
        let staging = self.staging(bytes);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, bytes);
        self.submit(encoder);
        self.read_staging(&staging).await
    }

    /// Maps a staging buffer whose copies are submitted, and waits for it.
    pub(in crate::rooms::gpu) async fn read_staging<T: bytemuck::Pod>(
        &self,
        staging: &wgpu::Buffer,
    ) -> Result<Vec<T>> {
        self.read_backs.set(self.read_backs.get() + 1);
        let (mapped, answer) = oneshot_channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody waits any more if the device is lost meanwhile.
            let _ = mapped.send(result);
        });
        self.poll(wgpu::PollType::wait_indefinitely())?;
        let answer = answer.receive().await;
        // What the device itself has to say comes first.
        self.check()?;
        match answer {
            Some(Ok(())) => {}
            Some(Err(error)) => return Err(self.failed(&error.to_string())),
            None => return Err(self.lost()),
        }
        let view = staging.get_mapped_range(..).map_err(|e| self.failed(&e.to_string()))?;
        let values = bytemuck::pod_collect_to_vec(&view[..]);
        drop(view);
        staging.unmap();
        Ok(values)
    }
}
