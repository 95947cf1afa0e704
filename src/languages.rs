//! What is known of the display languages of Windows: headings, notices and code pages.
//!
//! Rows are recognised by their shape and never by these words. They serve three lesser ends: to
//! tell in which code page a file was written, to class headings and notices as what they are, and
//! to know an empty table from no table. A language that is not here is read as well.
//!
//! Wordings are those of real captures, or of second-hand sources that agree.

/// One display language.
#[derive(Debug)]
pub(crate) struct Language {
    /// BCP 47 tag.
    pub tag: &'static str,
    /// Code page of the console, in which `>` writes.
    pub oem: u16,
    /// Code page of windowed programs.
    pub ansi: u16,
    /// The line above a netstat table.
    pub netstat_titles: &'static [&'static str],
    /// Words of the netstat heading, in order, without `PID`; the first list is of a plain table.
    pub netstat_headings: &'static [&'static [&'static str]],
    /// Words of the tasklist heading that no other language has.
    pub tasklist_headings: &'static [&'static str],
    /// Notices of `tasklist` that no process matches, up to the line break that some have.
    pub no_tasks: &'static [&'static str],
    /// What `netstat -b` prints where it may not name the owner.
    pub not_permitted: &'static [&'static str],
    /// Other phrases from which the code page shows.
    pub phrases: &'static [&'static str],
}

pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        tag: "en",
        oem: 437,
        ansi: 1252,
        netstat_titles: &["Active Connections"],
        netstat_headings: &[&["Proto", "Local Address", "Foreign Address", "State"]],
        tasklist_headings: &["Image Name"],
        no_tasks: &["INFO: No tasks are running which match the specified criteria."],
        not_permitted: &["Can not obtain ownership information"],
        phrases: &[],
    },
    Language {
        tag: "de",
        oem: 850,
        ansi: 1252,
        netstat_titles: &["Aktive Verbindungen"],
        netstat_headings: &[
            &["Proto", "Lokale Adresse", "Remoteadresse", "Status"],
            &["Proto.", "Lokale Adresse", "Remoteadresse", "Status"],
        ],
        tasklist_headings: &["Abbildname"],
        no_tasks: &[
            "INFORMATION: Es werden keine Aufgaben mit den angegebenen Kriterien ausgeführt.",
            "INFO: Es werden keine Aufgaben mit den angegebenen Kriterien ausgeführt.",
        ],
        not_permitted: &[],
        phrases: &["ABHÖREN", "Speichernutzung", "ausgeführt"],
    },
    Language {
        tag: "fr",
        oem: 850,
        ansi: 1252,
        netstat_titles: &["Connexions actives"],
        netstat_headings: &[
            &["Proto", "Adresse locale", "Adresse distante", "État"],
            &["Proto", "Adresse locale", "Adresse distante", "Etat"],
        ],
        tasklist_headings: &["Nom de l’image", "Nom de l'image", "Nom de l?image"],
        no_tasks: &["Information : aucune tâche en service ne correspond aux critères spécifiés."],
        not_permitted: &[
            "Impossible d’obtenir les informations de propriétaire",
            "Impossible d'obtenir les informations de propriétaire",
            "Impossible d?obtenir les informations de propriétaire",
        ],
        phrases: &["Numéro de s"],
    },
    Language {
        tag: "es",
        oem: 850,
        ansi: 1252,
        netstat_titles: &["Conexiones activas"],
        netstat_headings: &[&["Proto", "Dirección local", "Dirección remota", "Estado"]],
        tasklist_headings: &["Nombre de imagen"],
        no_tasks: &["INFORMACIÓN: no hay tareas ejecutándose que coincidan con los"],
        not_permitted: &["No se puede obtener información de propiedad"],
        phrases: &["Nombre de sesió", "Núm. de se"],
    },
    Language {
        tag: "it",
        oem: 850,
        ansi: 1252,
        netstat_titles: &["Connessioni attive"],
        netstat_headings: &[&["Proto", "Indirizzo locale", "Indirizzo esterno", "Stato"]],
        tasklist_headings: &["Nome immagine"],
        no_tasks: &["Informazioni: nessuna attività in esecuzione corrispondente ai"],
        not_permitted: &[],
        phrases: &[],
    },
    Language {
        tag: "pt-BR",
        oem: 850,
        ansi: 1252,
        netstat_titles: &["Conexões ativas"],
        netstat_headings: &[&["Proto", "Endereço local", "Endereço externo", "Estado"]],
        tasklist_headings: &["Nome da imagem"],
        no_tasks: &["INFORMAÇÕES: nenhuma tarefa em execução correspondente aos critérios"],
        not_permitted: &[],
        phrases: &["Nome da sessão", "Uso de memór"],
    },
    Language {
        tag: "nl",
        oem: 850,
        ansi: 1252,
        netstat_titles: &["Actieve verbindingen"],
        netstat_headings: &[&["Proto", "Lokaal adres", "Extern adres", "Status"]],
        tasklist_headings: &["Imagenaam"],
        no_tasks: &[],
        not_permitted: &[],
        phrases: &[],
    },
    Language {
        tag: "pl",
        oem: 852,
        ansi: 1250,
        netstat_titles: &["Aktywne połączenia"],
        netstat_headings: &[&["Protokół", "Adres lokalny", "Obcy adres", "Stan"]],
        tasklist_headings: &[],
        no_tasks: &[],
        not_permitted: &[],
        phrases: &[],
    },
    Language {
        tag: "ru",
        oem: 866,
        ansi: 1251,
        netstat_titles: &["Активные подключения"],
        netstat_headings: &[&["Имя", "Локальный адрес", "Внешний адрес", "Состояние"]],
        tasklist_headings: &["Имя образа"],
        no_tasks: &[],
        not_permitted: &[],
        phrases: &["Имя сессии"],
    },
    Language {
        tag: "uk",
        oem: 866,
        ansi: 1251,
        netstat_titles: &["Активні підключення"],
        netstat_headings: &[&["Протокол", "Локальна адреса", "Зовнішня адреса", "Стан"]],
        tasklist_headings: &[],
        no_tasks: &[],
        not_permitted: &[],
        phrases: &[],
    },
    Language {
        tag: "tr",
        oem: 857,
        ansi: 1254,
        netstat_titles: &["Etkin Bağlantılar"],
        netstat_headings: &[&["Proto", "Yerel Adres", "Yabancı Adres", "Durum"]],
        tasklist_headings: &[],
        no_tasks: &["BİLGİ: Belirtilen ölçütlerle eşleşen çalışan görev yok."],
        not_permitted: &[],
        phrases: &[],
    },
    Language {
        tag: "ja",
        oem: 932,
        ansi: 932,
        netstat_titles: &["アクティブな接続"],
        netstat_headings: &[&["プロトコル", "ローカル アドレス", "外部アドレス", "状態"]],
        tasklist_headings: &["イメージ名"],
        no_tasks: &["情報: 指定された条件に一致するタスクは実行されていません。"],
        not_permitted: &[],
        phrases: &["セッション名"],
    },
    Language {
        tag: "ko",
        oem: 949,
        ansi: 949,
        netstat_titles: &["활성 연결"],
        netstat_headings: &[&["프로토콜", "로컬 주소", "외부 주소", "상태"]],
        tasklist_headings: &["이미지 이름"],
        no_tasks: &["정보: 실행 중인 작업 중 지정된 조건에 일치하는 작업이 없습니다."],
        not_permitted: &[],
        phrases: &["세션 이름"],
    },
    Language {
        tag: "zh-CN",
        oem: 936,
        ansi: 936,
        netstat_titles: &["活动连接"],
        netstat_headings: &[&["协议", "本地地址", "外部地址", "状态"]],
        tasklist_headings: &["映像名称"],
        no_tasks: &["信息: 没有运行的任务匹配指定标准。"],
        not_permitted: &["无法获取所有权信息"],
        phrases: &[],
    },
    Language {
        tag: "zh-TW",
        oem: 950,
        ansi: 950,
        netstat_titles: &["使用中連線"],
        netstat_headings: &[&["協定", "本機位址", "外部位址", "狀態"]],
        tasklist_headings: &["映像名稱"],
        no_tasks: &[],
        not_permitted: &["無法取得擁有權資訊"],
        phrases: &[],
    },
];

impl Language {
    /// Phrases of this language that hold a character outside ASCII, the longest kinds first.
    pub(crate) fn telling_phrases(&self) -> impl Iterator<Item = &'static str> {
        let headings = self.netstat_headings.iter().flat_map(|words| words.iter());
        self.netstat_titles
            .iter()
            .chain(self.phrases)
            .chain(self.tasklist_headings)
            .chain(self.no_tasks)
            .chain(self.not_permitted)
            .chain(headings)
            .copied()
            .filter(|phrase| !phrase.is_ascii())
    }
}

/// The language whose `tasklist` has this heading line.
pub(crate) fn of_tasklist_heading(line: &str) -> Option<&'static Language> {
    let line = line.trim_start_matches(['"', ' ']);
    LANGUAGES
        .iter()
        .find(|language| language.tasklist_headings.iter().any(|heading| line.starts_with(heading)))
}

/// The language in which this line says that no process matches.
pub(crate) fn of_no_tasks_notice(line: &str) -> Option<&'static Language> {
    let line = line.trim();
    LANGUAGES
        .iter()
        .find(|language| language.no_tasks.iter().any(|notice| line.starts_with(notice)))
}

/// Does `netstat -b` say with this line, in a language known, that it may not name the owner?
pub(crate) fn is_not_permitted(line: &str) -> bool {
    let line = line.trim();
    LANGUAGES.iter().any(|language| language.not_permitted.contains(&line))
}
