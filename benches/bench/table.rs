//! The table of results: every round's value of every cell, the ratios between them, and both as text and JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Failure;

/// A figure, of each round.
struct Cell {
    does: String,
    unit: &'static str,
    values: Vec<f64>,
}

/// A target: the first cell over the second, and what it is to keep to.
struct Aim {
    name: &'static str,
    of: &'static str,
    to: &'static str,
    least: Option<f64>,
    most: Option<f64>,
}

const fn least(name: &'static str, of: &'static str, to: &'static str, least: f64) -> Aim {
    Aim { name, of, to, least: Some(least), most: None }
}

const fn most(name: &'static str, of: &'static str, to: &'static str, most: f64) -> Aim {
    Aim { name, of, to, least: None, most: Some(most) }
}

const AIMS: &[Aim] = &[
    least("1,024 callers to COPY in", "engine, 1024 callers", "copy in", 0.5),
    most("one caller to a bare INSERT (p50)", "engine, 1 caller, p50", "insert, 1 client, p50", 1.5),
    least("refused to accepted, 32 callers", "refused, 32 callers", "engine, 32 callers", 1.0),
    least("apply to the engine's own rate", "apply, whole process", "engine, 1024 callers", 0.6),
    least("replay to streaming the rows", "replay", "stream", 0.5),
    least("verify to streaming and hashing", "verify", "stream and sha-256", 0.5),
    most("status PILOT, large to small", "status PILOT, large", "status PILOT, small", 1.3),
    most("status --known-at, large to small", "status --known-at, large", "status --known-at, small", 1.3),
    most("record, large to small", "record, large", "record, small", 3.0),
    least("append at large to at small", "append, large", "append, small", 0.85),
    least("many ledgers to one", "engine, many ledgers", "engine, 1024 callers", 0.8),
    least("many busy ledgers to one", "engine, many busy ledgers", "engine, 1024 callers", 0.8),
    least("1,024 callers to the best peer", "engine, 1024 callers", "best peer", 10.0),
    least("32 callers to the best peer at 32", "engine, 32 callers", "best peer, 32 callers", 5.0),
    most("bytes on disk to canonical bytes", "disk bytes an event", "entry bytes an event", 1.6),
];

/// The figures of a run.
pub struct Table {
    conditions: Value,
    order: Vec<String>,
    cells: BTreeMap<String, Cell>,
    ratios: Vec<(String, Vec<f64>, String, bool)>,
    absent: BTreeMap<String, String>,
}

impl Table {
    /// An empty table, under these conditions.
    pub fn new(conditions: Value) -> Self {
        Self { conditions, order: Vec::new(), cells: BTreeMap::new(), ratios: Vec::new(), absent: BTreeMap::new() }
    }

    /// Notes a round's value.
    pub fn note(&mut self, name: &str, unit: &'static str, value: f64, does: impl Into<String>) {
        if !self.cells.contains_key(name) {
            self.order.push(name.to_owned());
        }
        let cell =
            self.cells.entry(name.to_owned()).or_insert_with(|| Cell { does: does.into(), unit, values: vec![] });
        cell.values.push(value);
        eprintln!("  {name}: {value:.3} {unit}");
    }

    /// Notes why a cell has no value.
    pub fn absent(&mut self, name: &str, why: String) {
        eprintln!("  {name}: {why}");
        self.absent.insert(name.to_owned(), why);
    }

    /// Takes every target's ratio, round by round.
    pub fn ratios(&mut self) {
        for aim in AIMS {
            let (Some(of), Some(to)) = (self.cells.get(aim.of), self.cells.get(aim.to)) else { continue };
            let ratios: Vec<f64> = of.values.iter().zip(&to.values).map(|(of, to)| of / to).collect();
            let value = median(&ratios);
            let met = aim.least.is_none_or(|least| value >= least) && aim.most.is_none_or(|most| value <= most);
            let bound = match (aim.least, aim.most) {
                (Some(least), _) => format!("≥ {least}"),
                (_, Some(most)) => format!("≤ {most}"),
                _ => String::new(),
            };
            self.ratios.push((aim.name.to_owned(), ratios, bound, met));
        }
    }

    /// Prints what the figures were measured on.
    pub fn print_conditions(&self) {
        println!("{:#}", self.conditions);
    }

    /// Prints the table.
    pub fn print(&self) {
        println!("{:<40} {:>12} {:>25} {:<8} what it does", "cell", "median", "spread", "unit");
        for (name, cell) in self.order.iter().filter_map(|name| Some((name, self.cells.get(name)?))) {
            let (low, high) = spread(&cell.values);
            let middle = median(&cell.values);
            println!("{name:<40} {middle:>12.3} {low:>12.3}–{high:<12.3} {:<8} {}", cell.unit, cell.does);
        }
        for (name, why) in &self.absent {
            println!("{name:<40} {:>12} {why}", "—");
        }
        println!("\n{:<40} {:>8} {:>17} {:>8}", "target", "ratio", "spread", "wanted");
        for (name, values, bound, met) in &self.ratios {
            let (low, high) = spread(values);
            let verdict = if *met { "met" } else { "MISSED" };
            println!("{name:<40} {:>8.3} {low:>8.3}–{high:<8.3} {bound:>8}  {verdict}", median(values));
        }
    }

    /// Writes all of it as JSON.
    pub fn write(&self, path: &str) -> Result<(), Failure> {
        let cells: Vec<Value> = self
            .order
            .iter()
            .filter_map(|name| Some((name, self.cells.get(name)?)))
            .map(|(name, cell)| {
                json!({"name": name, "does": cell.does, "unit": cell.unit, "median": median(&cell.values), "rounds": cell.values})
            })
            .collect();
        let ratios: Vec<Value> = self
            .ratios
            .iter()
            .map(|(name, values, bound, met)| {
                json!({"target": name, "wanted": bound, "met": met, "median": median(values), "rounds": values})
            })
            .collect();
        let all = json!({"conditions": self.conditions, "cells": cells, "targets": ratios, "absent": self.absent});
        std::fs::write(path, serde_json::to_vec_pretty(&all)?)?;
        println!("\nwritten to {path}");
        Ok(())
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The middle of some values, or half-way between the two that are; of none, not a number.
pub fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    f64::midpoint(at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2))
}

fn spread(values: &[f64]) -> (f64, f64) {
    let sorted = sorted(values);
    (sorted.first().copied().unwrap_or(f64::NAN), sorted.last().copied().unwrap_or(f64::NAN))
}
