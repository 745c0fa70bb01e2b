//! The write path. Every change of a fact is a closure sent to one bounded queue per process; a writer thread runs up to 32 waiting
//! closures in one transaction, a savepoint each, appends their events to the log, and commits. A failing or panicking closure rolls
//! back alone. No head is kept in memory between batches, so a command beside a running server, or several servers, share one log.

use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};

use super::event::{Event, Image, Pending};
use super::facts::Fact;
use super::store::{self, EventRow};
use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::{Conn, Db, Instant};
use crate::error::{Error, Result};

/// Closures that wait; more are answered "busy".
const QUEUE: usize = 1024;
/// Closures in one transaction.
const BATCH: usize = 32;

/// What a use case changes facts with. Reads go through it too (it is a connection); every store function that changes a fact
/// takes it, so a write outside the write path does not compile.
pub struct WriteTx<'a> {
    conn: &'a mut Conn,
    /// Who acts.
    pub actor: Arc<Actor>,
    /// The instant of this write, UTC, whole microseconds.
    pub now: Instant,
    images: Vec<Image>,
    events: Vec<Pending>,
}

impl WriteTx<'_> {
    /// Takes the image of a row as it now is. Called by the store function that wrote it.
    ///
    /// # Errors
    /// When the row has no JSON form.
    pub fn image<F: Fact>(&mut self, row: &F) -> Result<()> {
        let image = Image {
            table: F::TABLE.name.to_owned(),
            schema: F::TABLE.schema,
            key: row.key(),
            row: Some(serde_json::to_value(row)?),
        };
        self.images.push(image);
        Ok(())
    }

    /// Notes that a row is gone.
    pub fn image_gone<F: Fact>(&mut self, key: &str) {
        self.images.push(Image { table: F::TABLE.name.to_owned(), schema: F::TABLE.schema, key: key.to_owned(), row: None });
    }

    /// Records the event that explains the images taken since the last one.
    pub fn record(&mut self, event: Event) {
        let images = std::mem::take(&mut self.images);
        self.events.push(Pending::new(&self.actor, event, images));
    }
}

impl Deref for WriteTx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for WriteTx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

/// What bookkeeping is written with: sessions, counters of attempts, autosaves. It is not a [`WriteTx`], so no fact can be
/// changed through it.
pub struct BookTx<'a> {
    conn: &'a mut Conn,
    /// The instant of this write.
    pub now: Instant,
}

impl Deref for BookTx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for BookTx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

type Work = Box<dyn FnMut(&mut Conn, Instant) -> Result<Vec<Pending>> + Send>;

struct Job {
    work: Work,
    done: Box<dyn FnOnce(Result<()>) + Send>,
}

/// The log and the one way to change facts.
#[derive(Clone)]
pub struct Ledger {
    /// The database, for reading.
    pub db: Db,
    /// The source of the present.
    pub clock: Clock,
    queue: SyncSender<Job>,
    generation: Arc<AtomicU64>,
}

impl Ledger {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the database cannot be opened for writing.
    pub fn open(db: Db, clock: Clock) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let generation = Arc::new(AtomicU64::new(1));
        let writer = Writer { conn: db.writer()?, db: db.clone(), clock: clock.clone(), generation: generation.clone() };
        std::thread::Builder::new().name("ledger".into()).spawn(move || writer.run(&jobs))?;
        Ok(Self { db, clock, queue, generation })
    }

    /// Counts the committed batches of this process: what caches of derived data watch.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Changes facts and waits until they are durable.
    ///
    /// # Errors
    /// What the use case says; [`Error::Busy`] when the queue is full; [`Error::Storage`] when nothing could be kept.
    pub fn write<T, F>(&self, actor: &Arc<Actor>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        let (answer, waiting) = sync_channel(1);
        self.submit(audited(actor.clone(), work, move |result| drop(answer.send(result))))?;
        waiting.recv().map_err(|_| Error::Internal("the writer has stopped".into()))?
    }

    /// The same for callers that must not block.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub async fn write_async<T, F>(&self, actor: &Arc<Actor>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        let (answer, waiting) = tokio::sync::oneshot::channel();
        self.submit(audited(actor.clone(), work, move |result| drop(answer.send(result))))?;
        waiting.await.map_err(|_| Error::Internal("the writer has stopped".into()))?
    }

    /// Writes bookkeeping, which leaves no event, and waits until it is durable.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub fn write_unaudited<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut BookTx<'_>) -> Result<T> + Send + 'static,
    {
        let (answer, waiting) = sync_channel(1);
        let slot = Arc::new(std::sync::Mutex::new(None));
        let out = slot.clone();
        let job = Job {
            work: Box::new(move |conn, now| {
                let value = work(&mut BookTx { conn, now })?;
                *lock(&slot) = Some(value);
                Ok(Vec::new())
            }),
            done: Box::new(move |result| drop(answer.send(result.and_then(|()| take(&out))))),
        };
        self.submit(job)?;
        waiting.recv().map_err(|_| Error::Internal("the writer has stopped".into()))?
    }

    fn submit(&self, job: Job) -> Result<()> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Internal("the writer has stopped".into()),
        })
    }
}

fn lock<T>(slot: &std::sync::Mutex<Option<T>>) -> std::sync::MutexGuard<'_, Option<T>> {
    slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn take<T>(slot: &std::sync::Mutex<Option<T>>) -> Result<T> {
    lock(slot).take().ok_or_else(|| Error::Internal("the writer lost an answer".into()))
}

fn audited<T, F>(actor: Arc<Actor>, work: F, answer: impl FnOnce(Result<T>) + Send + 'static) -> Job
where
    T: Send + 'static,
    F: Fn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
{
    let slot = Arc::new(std::sync::Mutex::new(None));
    let out = slot.clone();
    Job {
        work: Box::new(move |conn, now| {
            let mut tx = WriteTx { conn, actor: actor.clone(), now, images: Vec::new(), events: Vec::new() };
            let value = work(&mut tx)?;
            if !tx.images.is_empty() {
                let tables: Vec<&str> = tx.images.iter().map(|image| image.table.as_str()).collect();
                return Err(Error::Internal(format!("rows changed without an event: {}", tables.join(", "))));
            }
            *lock(&slot) = Some(value);
            Ok(tx.events)
        }),
        done: Box::new(move |result| answer(result.and_then(|()| take(&out)))),
    }
}

struct Writer {
    conn: Conn,
    db: Db,
    clock: Clock,
    generation: Arc<AtomicU64>,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(BATCH - 1));
            self.batch(batch);
        }
    }

    /// Runs a batch; when the whole of it is aborted by a race, its closures run again one by one.
    fn batch(&mut self, mut batch: Vec<Job>) {
        match self.attempt(&mut batch) {
            Ok(answers) => answer(batch, answers),
            Err(Error::Busy) if batch.len() > 1 => {
                for job in batch {
                    let mut alone = vec![job];
                    let answers = self.attempt(&mut alone).unwrap_or_else(|error| vec![Err(error)]);
                    answer(alone, answers);
                }
            }
            Err(error) => {
                let answers = batch.iter().map(|_| Err(error.clone())).collect();
                answer(batch, answers);
            }
        }
    }

    fn attempt(&mut self, batch: &mut [Job]) -> Result<Vec<Result<()>>> {
        let done = self.transaction(batch);
        if let Err(error) = &done {
            tracing::warn!(%error, "a batch of writes was rolled back");
            if !give_up(&mut self.conn) {
                // The connection itself may be gone; a new one serves the next batch.
                if let Ok(fresh) = self.db.writer() {
                    self.conn = fresh;
                }
            }
        } else {
            self.generation.fetch_add(1, Ordering::Release);
        }
        done
    }

    fn transaction(&mut self, batch: &mut [Job]) -> Result<Vec<Result<()>>> {
        begin(&mut self.conn)?;
        let mut answers = Vec::with_capacity(batch.len());
        let mut pending = Vec::new();
        for job in batch {
            let now = Instant::new(self.clock.now());
            Manager::begin_transaction(&mut self.conn)?;
            match guarded(&mut job.work, &mut self.conn, now) {
                Ok(events) => {
                    Manager::commit_transaction(&mut self.conn)?;
                    pending.extend(events.into_iter().map(|event| (event, now)));
                    answers.push(Ok(()));
                }
                // A lock or a full disk is not the closure's own fault: the batch as a whole is given up.
                Err(error @ (Error::Busy | Error::Storage(_))) => return Err(error),
                Err(error) => {
                    Manager::rollback_transaction(&mut self.conn)?;
                    answers.push(Err(error));
                }
            }
        }
        self.append(&pending)?;
        Manager::commit_transaction(&mut self.conn)?;
        Ok(answers)
    }

    fn append(&mut self, pending: &[(Pending, Instant)]) -> Result<()> {
        if pending.is_empty() {
            return Ok(());
        }
        let mut head = store::head(&mut self.conn, true)?;
        let mut rows = Vec::with_capacity(pending.len());
        for (event, now) in pending {
            let seq = i64::try_from(head.frontier.size()).map_err(Error::internal)?;
            head.last_at = head.last_at.max(*now);
            let (row, hash) = EventRow::of(&event.leaf(seq, head.last_at))?;
            head.frontier.push(hash);
            rows.push(row);
        }
        store::append(&mut self.conn, &rows)?;
        store::set_head(&mut self.conn, &head.frontier, head.last_at)
    }
}

/// diesel's own manager keeps count, so that its nested transactions become savepoints of ours.
type Manager = <Conn as Connection>::TransactionManager;

/// One writer at a time from the first statement on, whatever processes there are: what a rule reads stays true until its change is
/// committed. SQLite takes its write lock at once; on PostgreSQL the head of the log is locked.
fn begin(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Lite(lite) => AnsiTransactionManager::begin_transaction_sql(lite, "BEGIN IMMEDIATE")?,
        Conn::Pg(pg) => AnsiTransactionManager::begin_transaction(pg)?,
    }
    if matches!(conn, Conn::Pg(_)) {
        store::head(conn, true)?;
    }
    Ok(())
}

/// Rolls everything back; false when the connection is of no more use.
fn give_up(conn: &mut Conn) -> bool {
    // One batch, one savepoint, and what a closure may have opened inside.
    for _ in 0..8 {
        match Manager::transaction_manager_status_mut(conn).transaction_depth() {
            Ok(None) => return true,
            Ok(Some(_)) if Manager::rollback_transaction(conn).is_ok() => {}
            _ => return false,
        }
    }
    false
}

fn guarded(work: &mut Work, conn: &mut Conn, now: Instant) -> Result<Vec<Pending>> {
    catch_unwind(AssertUnwindSafe(|| work(conn, now))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Internal(format!("a write panicked: {}", text.unwrap_or_default())))
    })
}

fn answer(batch: Vec<Job>, answers: Vec<Result<()>>) {
    for (job, result) in batch.into_iter().zip(answers) {
        (job.done)(result);
    }
}
