"""Institutions of the county, of schools, of health, of each township. {t} is the township."""

from __future__ import annotations

from typing import Final

from .types import FULL, PART

#: Institutions of the county itself: (name, short, weight, 参公?)
DIRECT: Final = (
    ("中共{c}委党校（{c}行政学校）", "县委党校", 34, True),
    ("{c}档案馆", "县档案馆", 16, True),
    ("{c}史志研究室", "县史志研究室", 10, True),
    ("{c}供销合作社联合社", "县供销社", 20, True),
    ("{c}机关事务服务中心", "县机关事务中心", 26, True),
    ("{c}融媒体中心", "县融媒体中心", 120, False),
    ("{c}大数据发展服务中心", "县大数据中心", 22, False),
    ("{c}投资促进服务中心", "县投促中心", 18, False),
    ("{c}经济开发区发展服务中心", "县开发区服务中心", 40, False),
    ("{c}住房公积金服务中心", "县公积金中心", 20, False),
    ("{c}高新技术产业园服务中心", "县高新园服务中心", 24, False),
    ("{c}旅游度假区服务中心", "县度假区服务中心", 18, False),
)

#: Institutions every township keeps: (name, weight)
OF_TOWNSHIP: Final = (
    ("{t}公共事务服务中心", 9.0),
    ("{t}农业农村发展服务中心", 11.0),
    ("{t}社会治理服务中心", 8.0),
    ("{t}村镇建设服务中心", 6.0),
    ("{t}文化站", 3.0),
)
#: Schools of the whole county: (name, weight), most important first.
SCHOOLS: Final = (
    ("{c}第一中学", 210.0),
    ("{c}第二中学", 150.0),
    ("{c}职业教育中心", 190.0),
    ("{c}崇文中学", 140.0),
    ("{c}实验小学", 120.0),
    ("{c}实验中学", 130.0),
    ("{c}机关幼儿园", 42.0),
    ("{c}教师发展中心", 48.0),
    ("{c}第三中学", 120.0),
    ("{c}城关中学", 110.0),
    ("{c}第一小学", 95.0),
    ("{c}第二小学", 92.0),
    ("{c}特殊教育学校", 34.0),
    ("{c}中等专业学校", 110.0),
    ("{c}第三小学", 84.0),
    ("{c}第四小学", 80.0),
    ("{c}育英小学", 76.0),
    ("{c}明德小学", 70.0),
    ("{c}鹿鸣小学", 72.0),
    ("{c}第五中学", 88.0),
    ("{c}第六中学", 82.0),
    ("{c}少年体育学校", 22.0),
    ("{c}青少年活动中心", 14.0),
    ("{c}体育发展中心", 14.0),
    ("{c}学生资助服务中心", 6.0),
    ("{c}教育考试中心", 9.0),
    ("{c}教育技术中心", 8.0),
    ("{c}校园后勤服务中心", 7.0),
    ("{c}第一幼儿园", 30.0),
    ("{c}第二幼儿园", 28.0),
    ("{c}第三幼儿园", 26.0),
    ("{c}第四幼儿园", 24.0),
    ("{c}城东幼儿园", 22.0),
    ("{c}城西幼儿园", 20.0),
)
#: Schools of each township: (name, weight)
SCHOOLS_OF_TOWNSHIP: Final = (
    ("{t}中心小学", 62.0),
    ("{t}初级中学", 58.0),
    ("{t}中心幼儿园", 20.0),
    ("{t}第二小学", 34.0),
    ("{t}希望小学", 22.0),
    ("{t}第二幼儿园", 14.0),
    ("{t}成人文化技术学校", 4.0),
)
#: Health: (name, weight, quota type)
HEALTH: Final = (
    ("{c}人民医院", 760.0, PART),
    ("{c}中医院", 380.0, PART),
    ("{c}妇幼保健院", 170.0, PART),
    ("{c}第二人民医院", 210.0, PART),
    ("{c}疾病预防控制中心", 66.0, FULL),
    ("{c}卫生健康监督所", 30.0, FULL),
    ("{c}精神卫生中心", 74.0, PART),
    ("{c}急救指挥中心", 18.0, FULL),
    ("{c}计划生育宣传技术指导站", 12.0, FULL),
    ("{c}健康教育所", 5.0, FULL),
    ("{c}医学会办公室", 3.0, FULL),
    ("{c}皮肤病防治站", 14.0, PART),
)
HEALTH_OF_TOWNSHIP: Final = (("{t}卫生院", 44.0, FULL),)

#: What fills the number of institutions up, under any bureau.
FILLERS: Final = (
    "信息服务中心 后勤服务中心 事务服务中心 宣传教育中心 项目服务中心 培训中心 "
    "技术服务中心 数据服务中心 "
    "档案服务中心 综合服务中心"
).split()
#: What was closed between 2013 and 2015.
CLOSED: Final = (
    "{c}蚕种场 {c}乡镇企业培训中心 {c}农机监理站 {c}物资管理办公室 {c}建筑材料管理站 {c}茶叶机械厂 "
    "{c}电影公司 {c}水产养殖场 {c}粮油检验所 {c}劳动服务公司 {c}企业调查队 {c}广播器材站 "
    "{c}农业广播电视学校 "
    "{c}乡镇船舶管理站 {c}林业调查队 {c}土地评估事务所 {c}建筑职工学校 {c}商业学校 {c}机关招待所 "
    "{c}出版物管理站 {c}油政管理站 {c}盐务所 {c}外事车队 {c}工业品质量检验站 {c}原种场 {c}苗圃"
).split()

#: Bodies that live on their own income.
SELF_FUNDED: Final = frozenset(
    "{c}建筑设计院 {c}水利勘测设计所 {c}公证处 {c}殡仪馆 {c}停车设施服务中心".split()
)
